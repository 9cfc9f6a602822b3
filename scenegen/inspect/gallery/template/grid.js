/* The grid of samples: filters, order, one tab stop with arrow keys. */

const cards = [...document.querySelectorAll(".card")].map((element, number) => {
  return { element, number, button: element.firstElementChild, facts: JSON.parse(element.dataset.facts) };
});
const filters = document.getElementById("filters");
let shown = cards;

/** Whether any number lies in the range that two inputs ask for; an empty input asks for nothing. */
function within(numbers, values, name, scale = 1) {
  const bound = (end, otherwise) => (values.get(`${name}-${end}`) === "" ? otherwise : Number(values.get(`${name}-${end}`)));
  const [low, high] = [bound("low", -Infinity), bound("high", Infinity)];
  if (!numbers.length) return low === -Infinity && high === Infinity;
  return numbers.some((number) => number * scale >= low && number * scale <= high);
}

function wanted(facts, values) {
  const equal = (name) => values.get(name) === "" || values.get(name) === facts[name];
  const category = values.get("category");
  return equal("room") && equal("split") && (category === "" || facts.categories.includes(category))
    && within(facts.overlap, values, "overlap", 100) && within(facts.angle_deg, values, "angle");
}

const ORDERS = {
  run: (a, b) => a.number - b.number,
  overlap: (a, b) => Math.max(...b.facts.overlap) - Math.max(...a.facts.overlap),
  angle: (a, b) => Math.max(...b.facts.angle_deg) - Math.max(...a.facts.angle_deg),
  matches: (a, b) => Math.max(...b.facts.matches) - Math.max(...a.facts.matches),
  fewest: (a, b) => Math.min(...a.facts.matches) - Math.min(...b.facts.matches),
};

function applyFilters() {
  const values = new FormData(filters);
  shown = cards.filter((card) => wanted(card.facts, values)).sort(ORDERS[values.get("order")]);
  const kept = new Set(shown);
  for (const card of cards) card.element.hidden = !kept.has(card);
  document.getElementById("cards").append(...shown.map((card) => card.element));
  const total = cards.length.toLocaleString("en");
  const text = `${shown.length.toLocaleString("en")} of ${total} samples`;
  document.getElementById("count").textContent = text;
  document.querySelector(".count-copy").textContent = text;
  document.getElementById("nothing").hidden = shown.length > 0;
  setTabStop(shown[0]);
}

function setTabStop(card) {
  for (const other of cards) other.button.tabIndex = other === card ? 0 : -1;
}

/** The card that an arrow key leads to, or undefined. */
function neighbour(card, key) {
  const top = shown[0].element.offsetTop;
  const columns = Math.max(1, shown.findIndex((other) => other.element.offsetTop > top));
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  const place = { Home: 0, End: shown.length - 1 }[key] ?? shown.indexOf(card) + (steps[key] ?? NaN);
  return shown[place];
}

function focusCard(card) {
  setTabStop(card);
  card.button.focus({ focusVisible: true });
}

function startGrid(open) {
  for (const card of cards) {
    card.button.addEventListener("click", () => open(card));
    card.button.addEventListener("focus", () => setTabStop(card));
    card.button.addEventListener("keydown", (event) => {
      const next = neighbour(card, event.key);
      if (!next || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      focusCard(next);
    });
  }
  filters.addEventListener("input", applyFilters);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(applyFilters));
  const narrow = matchMedia("(max-width: 640px)");
  const fold = () => { document.querySelector(".filters").open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();
  applyFilters();
}
