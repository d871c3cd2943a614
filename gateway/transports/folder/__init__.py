"""Folders: for partners behind a VAN client, an SFTP server of somebody else, or an old translator."""
