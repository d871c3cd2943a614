"""From the ERP to the partner: accept, compose, transmit, and reconcile what comes back."""
