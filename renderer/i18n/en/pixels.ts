/** What painting, selecting and adjusting say, in English. */
export const enPixels = {
  'layers.alphaLocked': 'Transparent pixels are locked',
  'layers.thumbnail.hint':
    '{mod}+click selects what it shows; with {shift} also, with {alt} without it',
  'canvas.moveSelected': 'Move selected pixels',
  'canvas.moveOutline': 'Move selection',
  'blend.through': 'Pass through',
  'adjust.channel': 'Channel',
  'adjust.channel.all': 'All channels',
  'adjust.channel.red': 'Red',
  'adjust.channel.green': 'Green',
  'adjust.channel.blue': 'Blue',
  'amount.border': 'Border of selection',
  'amount.smooth': 'Smooth selection',
  'tool.gradient.reflected': 'Reflected',
  'tool.gradient.conical': 'Conical',
  'tool.gradient.transparent': 'To transparent',
  'tool.smoothing': 'Smoothing',
  'tool.aligned': 'Aligned',
  'error.NOTHING_SELECTED':
    'Nothing of this layer lies in the selection; select some of it, or deselect to move all of it.',
  'error.EMPTY_FOLDER': 'The folder holds no picture that can be opened.',
} as const;
