"""SFTP, both ways: a mailbox for each partner at our server, and a client of the partner's own server."""
