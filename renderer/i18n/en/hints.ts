/** What helps somebody who is here for the first time, in English. */
export const enHints = {
  'empty.try': 'Or try',
  'empty.example.1': 'a red house to the left of a green tree',
  'empty.example.2': 'three blue fish',
  'empty.example.3': 'a yellow duck at night',
  'tool.hint.move':
    'Drag moves the layer or what is selected of it, with {alt} a copy; the handles scale and turn it.',
  'tool.hint.crop': 'Drag the box’s edges or draw a new one; {shift} keeps the ratio, Enter crops.',
  'tool.hint.fill': 'Click fills what has a like colour with the foreground colour.',
  'tool.hint.gradient': 'Drag from the foreground colour to the background colour.',
  'tool.hint.eyedropper': 'Click takes the foreground colour up.',
  'tool.hint.text': 'Click begins a text; drag makes a box that it is wrapped in.',
  'tool.hint.shape': 'Drag draws in the foreground colour; {shift} keeps it regular.',
  'tool.hint.clone': '{alt}+click sets where to copy from.',
} as const;
