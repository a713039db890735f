import { makePackages, type Package, type Target } from '../../scripts/package.mjs';

/** The target of the machine that runs the tests. */
export const PLATFORM = `${process.platform}-${process.arch}` as Target;

let made: Promise<Map<Target, Package>> | undefined;

/** The packages for this platform and for all, made once. */
export function packages(): Promise<Map<Target, Package>> {
  made ??= makePackages([PLATFORM, 'universal']).then((all) => new Map(all.map((one) => [one.target, one])));
  return made;
}
