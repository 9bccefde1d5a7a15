"""`python -m quivive`."""

from quivive.cli import main

main()
