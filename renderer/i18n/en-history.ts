/** What the history and its replay say, in English. */
export const enHistory = {
  'history.title': 'History',
  'history.start': 'New canvas',
  'history.open': 'Opened {name}',
  'history.here': 'Current state',
  'history.branch': 'Branch {number}',
  'history.again': 'Run again',
  'history.vary': 'Run with a new seed',
  'history.reuse': 'Put into the prompt bar',
  'history.opening': 'Reading earlier steps …',
  'history.damaged':
    'Some earlier steps of “{name}” are damaged in its file; the picture itself is whole.',
  'history.reading': 'Reading an old step from disk …',
  'history.recipe': '{model} · seed {seed}',
  'history.none': 'Nothing has been done yet.',

  'replay.title': 'Replay onto later steps',
  'replay.run': 'Replay',
  'replay.newSeed': 'New seed',
  'replay.then': 'Then done again',
  'replay.nothing': 'No steps follow this one.',
  'replay.hint': 'What is there now stays in the history; the replay is a branch beside it.',
  'replay.step': 'Replaying step {step} of {total}: {name}',
  'replay.done': 'Replayed as a new branch, {count} steps; the old one stays in the history.',
  'replay.left': 'These steps could not be done again in full: {names}.',
  'replay.quoted': '“{name}”',
  'replay.elsewhere': 'The replay is done: it is a new branch in the history.',
  'replay.cancelled':
    'Cancelled: the {done} of {total} steps that were done are a branch in the history.',
  'replay.failed': 'The replay stopped at step {step} of {total}: {reason}',
  'replay.noModel': 'No model is here to run this step; add one in the settings.',
} as const;
