"""The command that downloads data sets from their publishers and checks their sha256.

python -m vae_models.fetch NAME... [--data-dir DIR]
"""

import sys
from collections.abc import Sequence

from vae_models.data.catalogue import FILES, checked_files, data_folder
from vae_models.errors import DataError
from variational.command_line import Parser, ending_well


@ending_well
def main(argv: Sequence[str] | None = None) -> int:
    """Download what is missing and return the exit status: 0, 1 without a file, 2 for a wrong command line."""
    parser = Parser(prog="python -m vae_models.fetch", description="Download data sets from their publishers.")
    parser.add_argument("names", nargs="+", metavar="NAME", choices=tuple(FILES), help="|".join(FILES))
    parser.add_argument("--data-dir", metavar="DIR", help="where they go (default: VAEPROOF_DATA, else a cache folder)")
    options = parser.parse_args(argv)
    folder = data_folder(options.data_dir)
    import pooch  # noqa: PLC0415  --help need not wait for it

    for name in options.names:
        for file in FILES[name]:
            path = folder / file.path
            if file.url is not None and not path.is_file():
                try:
                    known = f"sha256:{file.sha256}"
                    pooch.retrieve(file.url, known_hash=known, fname=path.name, path=path.parent, progressbar=False)
                except (OSError, ValueError) as error:  # ValueError: what came has another sha256
                    print(f"error: {file.url}: {error}", file=sys.stderr)
                    return 1
        try:
            paths = checked_files(name, folder)
        except DataError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        print(f"{name}: {len(paths)} files in {paths[0].parent}, sha256 as published")
    return 0


if __name__ == "__main__":
    sys.exit(main())
