type System = 'linux' | 'win' | 'mac';
interface Config {
  readonly extraMetadata: { readonly main: string };
  readonly asarUnpack: readonly string[];
  readonly fileAssociations: readonly {
    readonly ext: string | readonly string[];
    readonly mimeType: string;
  }[];
  readonly [key: string]: unknown;
}
export declare function readConfig(): Config;
export declare function presentFiles(): readonly string[];
export declare function packedFiles(options: {
  readonly config: Config;
  readonly system: System;
  readonly arch: string;
  readonly files: readonly string[];
}): string[];
export declare function problems(options: {
  readonly config: Config;
  readonly system: System;
  readonly archs: readonly string[];
  readonly packed: readonly string[];
  readonly read: (path: string) => string;
}): string[];
export declare function archsOf(config: Config, system: System): string[][];
