/** The sign of the extension: what waits for what. */

import { LabIcon } from '@jupyterlab/ui-components';

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16">
  <g class="jp-icon3" fill="none" stroke="#616161" stroke-width="1.4" stroke-linecap="round">
    <circle cx="3.5" cy="4" r="2"/>
    <circle cx="3.5" cy="12" r="2"/>
    <path d="M5.6 4.6L10 7.2M5.6 11.4L10 8.8"/>
  </g>
  <circle class="jp-icon3" fill="#616161" cx="12.2" cy="8" r="2.3"/>
</svg>`;

export const runsIcon = new LabIcon({ name: 'wfrepair-magic:runs', svgstr: SVG });
