/* Puts the parts together; runs once the page above it has been read, before the samples' data. */

startTheme();
startViewer();
startGrid(openViewer);

// an address that ends in #view-12 opens that sample
function openLinked() {
  const card = cards.find((other) => `#view-${other.number}` === location.hash);
  if (card) openViewer(card);
}

addEventListener("DOMContentLoaded", openLinked);
addEventListener("hashchange", openLinked);
