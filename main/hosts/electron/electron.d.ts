/**
 * The part of Electron's interface that this host and its preload use, as of version 39, for
 * checking types where the electron package is not installed. Once it is a dependency its own types
 * take this file's place.
 */
declare module 'electron' {
  import type { EventEmitter } from 'node:events';

  interface Cancellable {
    preventDefault(): void;
  }

  interface Rectangle {
    x: number;
    y: number;
    width: number;
    height: number;
  }

  interface App extends EventEmitter {
    readonly isPackaged: boolean;
    setName(name: string): void;
    getPath(name: 'userData'): string;
    getLocale(): string;
    whenReady(): Promise<void>;
    quit(): void;
    exit(code?: number): void;
    enableSandbox(): void;
    requestSingleInstanceLock(): boolean;
    on(event: 'open-file', listener: (event: Cancellable, path: string) => void): this;
    on(
      event: 'second-instance',
      listener: (event: Cancellable, argv: string[], workingDirectory: string) => void,
    ): this;
    on(
      event: 'web-contents-created',
      listener: (event: Cancellable, contents: WebContents) => void,
    ): this;
    on(event: 'window-all-closed' | 'activate' | 'will-quit', listener: () => void): this;
  }
  const app: App;

  interface WebFrameMain {
    readonly url: string;
  }

  interface WebContents extends EventEmitter {
    readonly mainFrame: WebFrameMain;
    getURL(): string;
    reload(): void;
    send(channel: string, ...args: unknown[]): void;
    once(event: 'destroyed', listener: () => void): this;
    setWindowOpenHandler(handler: () => { action: 'deny' }): void;
    on(
      event: 'will-navigate' | 'will-redirect' | 'will-attach-webview' | 'will-prevent-unload',
      listener: (event: Cancellable) => void,
    ): this;
    on(
      event: 'render-process-gone',
      listener: (event: Cancellable, details: { reason: string }) => void,
    ): this;
  }

  interface WebPreferences {
    preload?: string;
    sandbox?: boolean;
    contextIsolation?: boolean;
    nodeIntegration?: boolean;
    webSecurity?: boolean;
    spellcheck?: boolean;
    navigateOnDragDrop?: boolean;
    devTools?: boolean;
  }

  interface BrowserWindowOptions extends Partial<Rectangle> {
    minWidth?: number;
    minHeight?: number;
    show?: boolean;
    backgroundColor?: string;
    webPreferences?: WebPreferences;
  }

  class BrowserWindow {
    static getAllWindows(): BrowserWindow[];
    static fromWebContents(contents: WebContents): BrowserWindow | null;
    readonly webContents: WebContents;
    constructor(options: BrowserWindowOptions);
    once(event: 'ready-to-show', listener: () => void): this;
    on(event: 'close', listener: () => void): this;
    loadURL(url: string): Promise<void>;
    show(): void;
    focus(): void;
    restore(): void;
    maximize(): void;
    isMinimized(): boolean;
    isMaximized(): boolean;
    getNormalBounds(): Rectangle;
  }

  interface Display {
    readonly id: number;
    readonly workArea: Rectangle;
  }
  const screen: { getPrimaryDisplay(): Display; getAllDisplays(): Display[] };

  interface Session {
    readonly webRequest: {
      onBeforeRequest(
        filter: { urls: string[] },
        listener: (details: unknown, decide: (response: { cancel: boolean }) => void) => void,
      ): void;
    };
    setPermissionRequestHandler(
      handler: (
        contents: WebContents,
        permission: string,
        decide: (granted: boolean) => void,
      ) => void,
    ): void;
    setPermissionCheckHandler(handler: () => boolean): void;
  }
  const session: { readonly defaultSession: Session };

  interface FileFilter {
    name: string;
    extensions: string[];
  }
  const dialog: {
    showOpenDialog(options: {
      properties: ('openFile' | 'multiSelections')[];
      filters: FileFilter[];
    }): Promise<{ canceled: boolean; filePaths: string[] }>;
    showSaveDialog(
      window: BrowserWindow,
      options: {
        defaultPath: string;
        properties: ('createDirectory' | 'showOverwriteConfirmation')[];
      },
    ): Promise<{ canceled: boolean; filePath: string }>;
    showMessageBoxSync(
      window: BrowserWindow,
      options: {
        type: 'question';
        message: string;
        buttons: string[];
        cancelId: number;
        defaultId: number;
      },
    ): number;
  };

  interface MenuItemConstructorOptions {
    label?: string;
    type?: 'separator';
    role?: 'appMenu' | 'windowMenu' | 'close' | 'quit' | 'togglefullscreen' | 'toggleDevTools';
    submenu?: MenuItemConstructorOptions[];
    click?: () => void;
  }
  interface Menu {
    readonly items: readonly unknown[];
  }
  const Menu: {
    buildFromTemplate(template: MenuItemConstructorOptions[]): Menu;
    setApplicationMenu(menu: Menu | null): void;
  };

  const protocol: {
    registerSchemesAsPrivileged(
      schemes: { scheme: string; privileges: Record<string, boolean> }[],
    ): void;
    handle(scheme: string, handler: (request: Request) => Promise<Response>): void;
  };

  interface IpcMainInvokeEvent {
    readonly sender: WebContents;
    readonly senderFrame: WebFrameMain | null;
  }
  const ipcMain: {
    handle(
      channel: string,
      listener: (event: IpcMainInvokeEvent, ...args: unknown[]) => Promise<unknown>,
    ): void;
  };

  const ipcRenderer: {
    invoke(channel: string, ...args: unknown[]): Promise<unknown>;
    on(channel: string, listener: (event: unknown, ...args: unknown[]) => void): void;
    off(channel: string, listener: (event: unknown, ...args: unknown[]) => void): void;
  };
  const contextBridge: { exposeInMainWorld(name: string, api: unknown): void };

  interface UtilityProcess extends EventEmitter {
    readonly pid: number | undefined;
    readonly stdout: NodeJS.ReadableStream | null;
    postMessage(message: unknown): void;
    kill(): boolean;
    on(event: 'message', listener: (message: unknown) => void): this;
    once(event: 'exit', listener: (code: number) => void): this;
  }
  const utilityProcess: {
    fork(
      script: string,
      args: string[],
      options: { serviceName?: string; stdio?: ('ignore' | 'inherit')[] | 'pipe' },
    ): UtilityProcess;
  };
}
