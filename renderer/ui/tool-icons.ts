/** The sign of each tool. */
import Brush from '@lucide/svelte/icons/brush';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import Crop from '@lucide/svelte/icons/crop';
import Eraser from '@lucide/svelte/icons/eraser';
import Hand from '@lucide/svelte/icons/hand';
import Lasso from '@lucide/svelte/icons/lasso';
import Move from '@lucide/svelte/icons/move';
import PaintBucket from '@lucide/svelte/icons/paint-bucket';
import Pipette from '@lucide/svelte/icons/pipette';
import Search from '@lucide/svelte/icons/search';
import Shapes from '@lucide/svelte/icons/shapes';
import SquareDashed from '@lucide/svelte/icons/square-dashed';
import Stamp from '@lucide/svelte/icons/stamp';
import Type from '@lucide/svelte/icons/type';
import WandSparkles from '@lucide/svelte/icons/wand-sparkles';
import type { Component } from 'svelte';
import GradientIcon from './GradientIcon.svelte';
import SelectBrushIcon from './SelectBrushIcon.svelte';
import type { ToolId } from '../state/tools.svelte.js';

export const TOOL_ICONS: Readonly<Record<ToolId, Component<{ size?: number }>>> = {
  move: Move,
  rectangle: SquareDashed,
  ellipse: CircleDashed,
  lasso: Lasso,
  wand: WandSparkles,
  selectBrush: SelectBrushIcon,
  crop: Crop,
  brush: Brush,
  eraser: Eraser,
  clone: Stamp,
  fill: PaintBucket,
  gradient: GradientIcon,
  eyedropper: Pipette,
  text: Type,
  shape: Shapes,
  hand: Hand,
  zoom: Search,
};
