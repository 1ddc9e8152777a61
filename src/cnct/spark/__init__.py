"""A data source of Spark 4 for collections of Connect: batches and streams.

Brings no engine: pyspark is the user's.
"""

from cnct.spark.registration import register

__all__ = ["register"]
