/** Where a model can run. */
export const PROVIDERS = ['cpu', 'cuda', 'webgpu', 'dml', 'coreml'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** What a user may ask for: a provider, or the best that proves itself. */
export type ProviderChoice = Provider | 'auto';

/** Providers in the order in which they are tried on a platform (`process.platform`); the CPU comes last. */
export function providerOrder(platform: string): readonly Provider[] {
  if (platform === 'linux') return ['cuda', 'webgpu', 'cpu'];
  if (platform === 'win32') return ['dml', 'webgpu', 'cpu'];
  return platform === 'darwin' ? ['coreml', 'webgpu', 'cpu'] : ['cpu'];
}

/** A provider's name in onnxruntime's profiles. */
export const PROFILE_NAMES: { readonly [provider in Provider]: RegExp } = {
  cpu: /^CPUExecutionProvider$/u,
  cuda: /^CUDAExecutionProvider$/u,
  webgpu: /^(?:WebGpu|Js)ExecutionProvider$/u,
  dml: /^DmlExecutionProvider$/u,
  coreml: /^CoreMLExecutionProvider$/u,
};
