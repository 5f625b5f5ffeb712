"""The only code that talks outside: SMTP, IMAP, files and links of registrations."""
