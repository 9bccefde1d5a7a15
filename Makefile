BIN = .venv/bin

all: format lint types test

format:
	$(BIN)/ruff format src tests benchmarks training docs examples

lint:
	$(BIN)/ruff check src tests benchmarks training docs examples

types:
	$(BIN)/mypy

test:
	$(BIN)/pytest -n 2

docs:
	$(BIN)/python docs/generate.py

# needs uv (pip install uv)
lock:
	$(BIN)/uv pip compile pyproject.toml --all-extras --python-version 3.11 --no-header --no-annotate --exclude-newer "14 days" -o requirements.lock

.PHONY: all format lint types test docs lock
