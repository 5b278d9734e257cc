/** Properties from the header of a PNG. */
export interface ImageFacts {
  readonly width: number;
  readonly height: number;
  /** Whether it has an alpha channel. */
  readonly transparent: boolean;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Color types with an alpha channel: grey and RGB (PNG specification, IHDR). */
const withAlpha = [4, 6];

/** Reads the header of a PNG. Returns null for any other data. */
export function readImageFacts(png: Buffer): ImageFacts | null {
  if (png.length < 26 || !png.subarray(0, 8).equals(signature)) return null;
  return {
    width: png.readUInt32BE(16),
    height: png.readUInt32BE(20),
    transparent: withAlpha.includes(png.readUInt8(25)),
  };
}
