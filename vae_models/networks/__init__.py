"""Networks: encoders, decoders and the maps they are made of."""
