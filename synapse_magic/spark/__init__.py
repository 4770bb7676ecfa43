"""What a stage is on Spark: its declaration, its files, its scorer, and the session it runs on."""
