"""The logic of the client, as generators that yield effects."""
