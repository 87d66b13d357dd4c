"""One file per schema version, named v<version>_<what it brings>."""
