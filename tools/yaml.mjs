/** YAML as values, by the parser that formats it. */
import * as yaml from 'prettier/plugins/yaml';

/** Words that are no texts unless they are quoted. */
const WORDS = { true: true, false: false, null: null, '~': null };

function scalar(text) {
  if (text in WORDS) return WORDS[text];
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

function valueOf(node) {
  switch (node?.type) {
    case undefined:
    case 'null':
      return null;
    case 'plain':
      return scalar(node.value);
    case 'quoteDouble':
    case 'quoteSingle':
    case 'blockLiteral':
    case 'blockFolded':
      return node.value;
    case 'mapping':
    case 'flowMapping':
      return Object.fromEntries(node.children.map((item) => item.children.map(valueOf)));
    case 'sequence':
    case 'flowSequence':
      return node.children.map(valueOf);
    case 'mappingKey':
    case 'mappingValue':
    case 'sequenceItem':
    case 'flowSequenceItem':
      return valueOf(node.children[0]);
    default:
      throw new Error(`YAML of this kind is not read here: ${node.type}`);
  }
}

/** The value of a document. @throws Error where it is no YAML, or of a kind that is not needed */
export function parseYaml(text) {
  const { children } = yaml.parsers.yaml.parse(text, {});
  const body = children[0].children.find(({ type }) => type === 'documentBody');
  return valueOf(body.children[0]);
}
