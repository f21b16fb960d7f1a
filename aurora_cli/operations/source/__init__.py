"""Where the data of a new cluster comes from: snapshot, point in time, clone, S3, replica."""
