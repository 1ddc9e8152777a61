"""The command ``cnct``: the client in the shell. Decides nothing about calls; the client does."""
