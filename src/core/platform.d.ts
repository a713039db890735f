// The two encoding globals that every JavaScript host has. Core compiles with `types: []` and no DOM
// library, so that it can run in Node, in a browser and in a worker alike.
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}
declare class TextEncoder {
  encode(input?: string): Uint8Array;
}
