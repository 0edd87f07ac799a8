"""The three experiments of Faronbi, Roman, Bello, ICASSP 2023, on our synthesizers: joint or separate, timbre, latent."""
