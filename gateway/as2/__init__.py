"""AS2 as bytes in, bytes out (RFC 4130). Knows no clock, socket, file or agreement; what it needs of them is passed in."""
