import './base.css';
import './panel.css';
import './actions.css';
