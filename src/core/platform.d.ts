// The two encoding globals that every JavaScript host has. Core compiles with `types: []` and no DOM
// library, so that it can run in Node, in a browser and in a worker alike.
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}
declare class TextEncoder {
  encode(input?: string): Uint8Array;
}
declare function atob(base64: string): string;
/** As much of WebAssembly as core uses; every host has it, too. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Memory {
    constructor(options: { initial: number });
    readonly buffer: ArrayBuffer;
  }
  class Instance {
    constructor(module: Module, imports: { room: { memory: Memory } });
    readonly exports: Record<string, unknown>;
  }
}
