"""Events out: to a message broker and to signed webhooks, each with its own cursor. Changes nothing of what it tells."""
