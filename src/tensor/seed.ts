/** Streams of random numbers are told apart by 32 bits. */
export const LARGEST_SEED = 0xffff_ffff;
