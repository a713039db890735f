"""`python -m cfprm_runner` is the command `cfprm-runner`."""

from cfprm_runner.cli import main

if __name__ == "__main__":
    main()
