"""Lists the SQL statements of the `pedidos` that this Python finds. Run by its path, in the environment of a release.

It knows of that release only the package pedidos.storage, and that a composed statement has its text in `text`.
"""

import importlib
import json
import pkgutil
import re
import sys

STATEMENT = re.compile(r"\s*(--[^\n]*\n\s*)*(select|insert|update|delete|with)\b", re.IGNORECASE)
COMPOSED = "Sql"


def main() -> None:
    """Prints them as JSON: by module and name, without what is before."""
    storage = importlib.import_module("pedidos.storage")
    found: dict[str, str] = {}
    texts: set[str] = set()
    for module in pkgutil.walk_packages(storage.__path__, "pedidos.storage."):
        for name, value in vars(importlib.import_module(module.name)).items():
            text = value.text if type(value).__name__ == COMPOSED else value
            if isinstance(text, str) and STATEMENT.match(text) and text not in texts:
                texts.add(text)
                found[f"{module.name.removeprefix('pedidos.storage.')}.{name}"] = text
    json.dump(found, sys.stdout, indent=0, sort_keys=True, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
