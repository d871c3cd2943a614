"""From the partner to the ERP: receive, read (with validate and acknowledge), translate (with correlate), deliver."""
