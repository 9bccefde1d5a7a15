"""Who sends, who receives, through whom? A Travel Rule message in the terms of IVMS101."""
