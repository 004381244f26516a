import { ENGLISH } from '../../engine/runtime/placement-words.js';

/** Everything the command line says, in English: the catalogue other languages must match. */
export const en = {
  help: {
    usage: 'Usage:',
    arguments: 'Arguments:',
    options: 'Options:',
    commands: 'Commands:',
    program: 'Makes and edits images on your own machine.',
    helpOption: 'show this help',
    helpCommand: 'show help for a command',
    version: 'show the version',
    lang: 'language of messages: en or es',
    generate: 'make a picture from a text',
    edit: 'change a picture as an instruction says',
    models: 'the models on this machine',
    modelsList: 'list the models found',
    modelsInspect: 'show what a model is made of',
    modelsVerify: 'check every file of a model against its SHA-256',
    modelsImport: 'make a downloaded BLIP3o-NEXT checkpoint a model, where it lies',
    modelsDownload:
      'download a model of the catalogue, or go on with a download; a token is taken from HF_TOKEN or the settings',
    modelsDelete:
      'delete a model, or what has arrived of one; of an imported one only the link to it',
    downloadId: 'id of the model: see --list',
    downloadList: 'list what can be downloaded, without asking any server',
    acceptLicence: 'accept the licences, which are printed, without being asked',
    endpoint: 'server to download from (default: HF_ENDPOINT, the settings, huggingface.co)',
    proxy: 'proxy to go through (default: the settings, HTTPS_PROXY)',
    deleteId: 'a model: its id',
    yes: 'delete without asking',
    importFolder: 'folder of the checkpoint, as Hugging Face has it',
    importName: 'what to call the model (default: as its folder)',
    importDiffusion: 'folder of the diffusion base (default: looked for in and beside DIR)',
    importVision: 'ta_tok.pth, or the folder with it and the vision base (default: as above)',
    gpu: 'graphics processors',
    gpuSetup: 'download what CUDA needs, after saying what that is',
    gpuSource: 'package index to download from (default: https://pypi.org/simple/)',
    gpuYes: 'accept the terms, which are printed, without being asked',
    modelsQuantize: 'make a smaller copy of a model, its large layers as codes of few bits',
    bits: 'bits of a code, 8 (default) or 4',
    doctor: 'what runs here: providers, memory, models, and why a provider is missing',
    serve: 'the studio in a browser, for a machine without a screen',
    files: 'files to open in the studio',
    host: 'where the studio opens: electron or browser (default: Electron where it runs)',
    port: 'port of the studio in a browser (default: any that is free)',
    noOpen: 'print the address and open no browser',
    prompt: 'what the picture shows',
    image: 'the picture to edit (PNG, JPEG, WebP, AVIF, TIFF)',
    instruction: 'what should change',
    modelArgument: 'a model: its id or its folder',
    out: 'file to write; .png, .jpg, .webp, .avif or .tiff (default: nativa-SEED.png)',
    model: 'model to use: its id or its folder',
    seed: 'whole number that decides the picture (default: random, and reported)',
    steps: 'denoising steps',
    guidance: 'how closely to follow the text',
    imageGuidance: 'how closely to follow the picture that is edited',
    tokens: 'scale of image tokens: S0 (most detail), S1 or S2',
    scheduler: 'sampler: euler or dpm-solver++',
    temperature: 'randomness of the image tokens; 0 takes the likeliest',
    topK: 'sample among the K likeliest tokens; 0 for all',
    topP: 'sample among the likeliest tokens that make up this share',
    count: 'how many pictures: a.png, a-2.png, a-3.png ...',
    width: 'width in pixels (default: the model’s)',
    height: 'height in pixels (default: the model’s)',
    threads: 'processor threads to use',
    provider:
      'where networks compute: auto, cpu, cuda, dml, webgpu or coreml (default: the settings)',
    memory: 'gigabytes of memory that networks may take (default: the settings, else what is free)',
    doctorModel: 'model whose networks are looked at (default: the settings’, else the first)',
    json: 'print one last line of JSON, and nothing else',
    mask: 'picture of the same size, white where pixels may change',
    feather: 'width of the mask’s soft edge, in pixels',
    reference: 'another picture to take from, with a strength from 0 to 1; may be repeated',
    keep: 'how much of the picture is kept: 0 (hardly any) over 0.5 (as trained) to 1',
    lockTokens: 'with --mask: keep the picture’s own tokens outside the mask',
    onlyChanged:
      'without --mask: what did not change comes from the picture’s own pixels (default)',
    noOnlyChanged: 'without --mask: take every pixel from the model',
  },
  studio: {
    ready: (url: string): string => `Nativa is ready at ${url}`,
    fetching: 'Fetching Electron’s runtime (once; some 110 MB) ...',
    noRuntime: 'Electron’s runtime is not installed, so the studio is served to a browser.',
    noDisplay: 'There is no display here, so the studio is served to a browser.',
    asRoot: 'Electron does not run as root, so the studio is served to a browser.',
    forced: (why: string): string => `${why} Leave --host=electron out to use that.`,
    noFile: (path: string): string => `There is no file ${path}; check its name.`,
  },
  window: {
    file: 'File',
    open: 'Open…',
    close: 'Close window',
    quit: 'Quit Nativa',
    about: 'About Nativa',
    services: 'Services',
    hide: 'Hide Nativa',
    hideOthers: 'Hide others',
    showAll: 'Show all',
    fullscreen: 'Full screen',
    developer: 'Developer tools',
    window: 'Window',
    minimize: 'Minimise',
    zoom: 'Zoom',
    front: 'Bring all to front',
    pictures: 'Pictures',
    unsaved: 'There are changes that are not saved. Leave anyway?',
    leave: 'Leave',
    stay: 'Stay',
    crashed: 'The studio has stopped several times. Work that was kept is still there.',
    again: 'Try again',
    hanging: 'The studio does not answer. Work that was kept stays when it is started again.',
    wait: 'Wait',
    restart: 'Start again',
  },
  stages: {
    load: 'loading the model',
    read: 'reading the pictures',
    encode: 'encoding the pictures',
    tokens: 'composing',
    denoise: 'painting',
    decode: 'developing',
    compose: 'putting together',
  },
  done: (file: string, width: number, height: number, seed: number, seconds: string): string =>
    `${file}: ${width} x ${height}, seed ${seed}, ${seconds} s`,
  driftIdentical: (pixels: number): string => `outside the mask: all ${pixels} pixels identical`,
  driftUntouched: (pixels: number): string =>
    `where nothing was to change: all ${pixels} pixels identical`,
  driftChanged: (maxAbs: number, psnr: string): string =>
    `outside the change: largest difference ${maxAbs} of 255, PSNR ${psnr} dB`,
  lossy:
    'This file format stores pixels with loss: write .png or .tiff to keep those of the picture ' +
    'exactly as they were.',
  usage: {
    unknownCommand: (name: string): string =>
      `There is no command "${name}": "npm start -- help" lists the commands.`,
    unknownOption: (name: string): string =>
      `There is no option "${name}" here: add --help to see the options.`,
    missingArgument: (name: string): string => `${name} is missing: add --help to see how.`,
    missingValue: (option: string): string => `${option} needs a value.`,
    tooManyArguments: (command: string): string =>
      `"${command}" was given too many arguments: put quotes around a text with spaces.`,
    notInteger: (option: string, min: number, max: number, given: string): string =>
      `${option} must be a whole number from ${min} to ${max}, not "${given}".`,
    notNumber: (option: string, min: number, max: number, given: string): string =>
      `${option} must be a number from ${min} to ${max}, not "${given}".`,
    notChoice: (option: string, choices: string, given: string): string =>
      `${option} must be one of ${choices}, not "${given}".`,
    emptyReference: '--reference must name a file, as in --reference cat.png:0.5.',
    featherWithoutMask: '--feather softens the edge of a mask: give the mask with --mask too.',
    twice: (option: string): string => `${option} was given twice: give it once.`,
  },
  models: {
    none: 'No models found.',
    broken: (dir: string, reason: string): string => `${dir}: ${reason}`,
    columns: {
      id: 'id',
      name: 'name',
      size: 'size',
      pixels: 'pixels',
      folder: 'folder',
      network: 'network',
      error: 'error',
      worst: 'largest in one layer',
      outputs: 'in what it says',
    },
    quantizing: 'quantising',
    measuring: 'comparing with the original',
    sameCode: (share: string): string =>
      `Of the image codes that the original finds the likeliest, it finds ${share} too.`,
    notMeasured: (reason: string): string =>
      `What that changes in what the networks say could not be measured: ${reason}`,
    quantized: (id: string, before: string, after: string, dir: string): string =>
      `${id}: weights of ${before} take ${after} now, in ${dir}; what they lost against the original:`,
    verifying: (file: string): string => `checking ${file}`,
    hashing: (file: string): string => `reading ${file}`,
    imported: (id: string, variant: string, dir: string): string =>
      `${id}: imported (${variant}); nothing was copied, so keep ${dir} where it is`,
    unexpected: (names: readonly string[]): string =>
      `Left alone, since no network reads them: ${names.join(', ')}`,
    variants: {
      pretrain: 'BLIP3o-NEXT, pretrained',
      sft: 'BLIP3o-NEXT, fine-tuned',
      'grpo-geneval': 'BLIP3o-NEXT, GRPO for GenEval',
      'grpo-text': 'BLIP3o-NEXT, GRPO for lettering',
      grpo: 'BLIP3o-NEXT, reinforced (GRPO)',
      'text-to-image': 'BLIP3o-NEXT, text to image',
      edit: 'BLIP3o-NEXT, editing',
    },
    verified: (id: string, files: number, hash: string): string =>
      `${id}: all ${files} files are as published (model ${hash.slice(0, 12)})`,
    fields: {
      id: 'id',
      name: 'name',
      version: 'version',
      license: 'licence',
      description: 'description',
      folder: 'folder',
      hash: 'model hash',
      resolution: 'resolution',
      languages: 'languages',
      can: 'can',
      defaults: 'defaults',
      files: 'files',
    },
    generate: 'generate',
    edit: 'edit',
    references: (count: number): string =>
      count === 1 ? 'trained with 1 reference' : `trained with ${count} references`,
    networks: 'networks',
    network: (parameters: string, size: string, types: string): string =>
      `${parameters} parameters, ${size}, ${types}`,
    networkNames: {
      ar: 'autoregressive model',
      connectors: 'connectors',
      vision: 'vision tokenizer',
      transformer: 'diffusion transformer',
      vae: 'autoencoder',
      other: 'other',
    },
  },
  downloads: {
    columns: { id: 'id', about: 'what it is', can: 'can', state: 'state' },
    installed: 'installed',
    begun: (done: string, total: string): string => `${done} of ${total} here`,
    absent: '-',
    nonCommercial: 'non-commercial',
    asking: (host: string): string => `asking ${host}`,
    takes: (files: number, size: string, free: string): string =>
      `${files} files, ${size} to download; ${free} free on the disk`,
    licences: 'Its parts come under these licences, which are not Nativa’s:',
    licence: (repository: string, name: string): string => `${repository}: ${name}`,
    unnamed: 'no licence named; read its card',
    accept: 'Do you accept these terms?',
    goesOn: (done: string, total: string): string => `Going on with ${done} of ${total}.`,
    fetching: (done: string, total: string, speed: string): string =>
      `${done} of ${total}, ${speed}/s`,
    fetchingPlain: 'downloading',
    importing: 'checking what arrived',
    done: (id: string, size: string, dir: string): string => `${id}: ${size} downloaded to ${dir}`,
    delete: (id: string): string => `Delete "${id}"?`,
    deleted: (id: string): string => `${id}: deleted`,
    unlinked: (id: string, dir: string): string => `${id}: taken off the list; ${dir} stays`,
    answer: '[y/N]',
    yes: 'y',
  },
  placement: ENGLISH,
  gpu: {
    unsupported: (system: string): string =>
      `CUDA cannot be set up on ${system}: onnxruntime has it for Linux on x64 alone; "npm start -- doctor" lists what can be used here.`,
    notFound:
      'No graphics processor of NVIDIA’s was found, or its driver is not installed (nvidia-smi says nothing); nothing was downloaded.',
    found: (name: string, driver: string, memory: string): string =>
      `${name}, driver ${driver}, ${memory}`,
    takes: (size: string, host: string, free: string): string =>
      `${size} to download from ${host}; ${free} free on the disk:`,
    item: (name: string, size: string, terms: string, page: string): string =>
      `  ${name}, ${size}, terms: ${terms} (${page})`,
    goesTo: (folder: string): string => `The libraries go to ${folder}.`,
    licence:
      'They come under terms that are not Nativa’s; NVIDIA’s stand at https://docs.nvidia.com/cuda/eula/ and, for cuDNN, at https://docs.nvidia.com/deeplearning/cudnn/.',
    accept: 'Do you accept these terms, and shall it be downloaded?',
    notConfirmed: 'Nothing was downloaded: add --yes where nobody can be asked.',
    fetch: 'downloading',
    unpack: 'unpacking',
    done: (folder: string): string => `The CUDA libraries are in ${folder}.`,
    works: 'CUDA works: choose it in the settings, or with --provider cuda.',
    missing: (libraries: string): string =>
      `CUDA does not work yet: ${libraries} cannot be found; install a driver of NVIDIA’s of version 580 or newer.`,
    fails: (reason: string): string => `CUDA does not work yet: ${reason}`,
  },
  doctor: {
    sections: {
      program: 'program',
      machine: 'machine',
      providers: 'providers',
      folders: 'folders',
      models: 'models',
      placement: (model: string): string => `networks of ${model}`,
    },
    rows: {
      system: 'system',
      processor: 'processor',
      memory: 'memory',
      data: 'data',
      cache: 'cache',
    },
    memory: (free: string, total: string): string => `${free} free of ${total}`,
    limited: (limit: string): string => `limited to ${limit} for this process`,
    cores: (count: number, model: string): string => `${count} x ${model}`,
    features: 'instructions',
    unknown: 'unknown',
    available: 'available',
    missing: (reason: string): string => `not available: ${reason}`,
    reasons: {
      wrongSystem: (systems: string): string => `exists on ${systems} only`,
      notInBuild: 'the installed onnxruntime was built without it for this system',
      cudaExtra: 'the CUDA libraries are a separate download: "npm start -- gpu setup" brings it',
      cudaLacks: (libraries: string): string =>
        `${libraries} cannot be found: install a driver of NVIDIA’s of version 580 or newer`,
      noGpu: 'no graphics processor that it could use was found',
    },
    lacks: {
      float16: 'no float16, so networks are computed in float32',
      attention: 'its fused attention is wrong here and not used for many tokens',
      speed: 'slower than the processor, so taken only where it is asked for by name',
    },
    availableBut: (lacks: string): string => `available: ${lacks}`,
    problem: (what: string): string => `problem: ${what}`,
    loadFailed: (reason: string): string => `onnxruntime does not load: ${reason}`,
    placed: (provider: string, precision: string, size: string): string =>
      `${provider}, ${precision}, ${size}`,
    cast: (stored: string): string => `(cast from ${stored})`,
    codes: '(weights as codes of a few bits)',
    together: 'All of them stay loaded.',
    inTurn: 'They do not all fit in memory: each is loaded, run and released in its turn.',
    fine: 'Everything needed to make a picture is here.',
    notFine: 'Something needed to make a picture is missing: see "problem" above.',
  },
  errors: {
    prefix: 'error',
    interrupted: 'Cancelled; nothing was written.',
    licenceNotShown: 'The licences of this model have to be shown first; ask for it again.',
    licenceNotAccepted:
      'The licences were not accepted, and nothing was downloaded: read them, and add --accept-licence.',
    notConfirmed: 'Nothing was deleted: add --yes where nobody can be asked.',
    stopped: (done: string, total: string): string =>
      `Stopped; ${done} of ${total} are kept, and the same command goes on from there.`,
    internal: (message: string): string =>
      `Something unexpected went wrong (${message}): try again, and report it if it stays.`,
    /** Said before the sentence of an error, for readers of a language it is not written in. */
    titles: {},
  },
  model: {
    notFound: (name: string, known: string): string =>
      `There is no model "${name}": give a folder with a bundle.json in it, or one of ${known}.`,
    unknown: (name: string): string =>
      `There is no model "${name}", nor any other on this machine: give a folder with a ` +
      'bundle.json in it.',
    noneKnown: (folder: string): string =>
      `No model was found: the one shipped with Nativa is missing, and ${folder} has none; ` +
      'get Nativa again, or name a model’s folder with --model.',
  },
};

type Widen<T> = T extends string
  ? string
  : T extends (...args: infer Args) => string
    ? (...args: Args) => string
    : { readonly [Key in keyof T]: Widen<T[Key]> };

/** Shape of a catalogue: the same keys in every language, functions where words take values. */
export type Messages = Omit<Widen<typeof en>, 'errors'> & {
  readonly errors: Omit<Widen<(typeof en)['errors']>, 'titles'> & {
    readonly titles: Readonly<Partial<Record<string, string>>>;
  };
};
