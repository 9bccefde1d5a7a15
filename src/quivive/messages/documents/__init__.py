"""What was attached: archives, documents, invitations, programs."""
