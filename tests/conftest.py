"""Its place makes pytest put the root on sys.path, so that `from tests.needs import needs` works everywhere."""
