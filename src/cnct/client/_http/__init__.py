"""The drivers: what sends and sleeps. They decide nothing."""
