"""What tests of several modules share: how an engine is asked, what is drawn, where things lie. No test stands here."""
