export declare const LINUX_SIZES: readonly number[];
export declare const ICO_SIZES: readonly number[];
export declare const ICNS_TYPES: Readonly<Record<string, number>>;
export declare function drawing(name: 'icon' | 'document'): Buffer;
export declare function render(svg: Buffer, size: number, part?: number): Promise<Buffer>;
export declare function ico(pictures: readonly { size: number; png: Buffer }[]): Buffer;
export declare function icns(pictures: readonly { type: string; png: Buffer }[]): Buffer;
export declare function makeIcons(folder?: string): Promise<string>;
