"""The card of a run: README.md, a picture and croissant.json, made from its manifest."""
