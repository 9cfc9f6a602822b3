"""The generator from Python: what `import scenegen` offers by name."""
