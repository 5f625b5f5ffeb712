"""The commands of the terminal, by what they are about; `cli.py` puts them together."""
