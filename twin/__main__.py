"""`python -m twin` is `taktwin`."""

from twin.cli import main

if __name__ == "__main__":
    main()
