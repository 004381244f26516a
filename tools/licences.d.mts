/** A package that ships, with its terms. */
export interface PackageLicence {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string;
}

export function licences(modules: readonly string[]): PackageLicence[];
