import Box from '@mui/material/Box';
import Paper from '@mui/material/Paper';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { TreeNode } from './query';
import { TreeRow } from './TreeRow';
import type { Shown } from './useTree';

interface Props {
  shown: Shown[];
  currentId: string | null;
  moving: TreeNode | null;
  isMovable: (node: TreeNode) => boolean;
  onCurrent: (id: string) => void;
  onOpen: (id: string, isOpen: boolean) => void;
  onStart: (node: TreeNode) => void;
  onPut: (target: TreeNode) => void;
  onCancel: () => void;
  onEnter: (node: TreeNode) => void;
}

/** One stop of the keyboard: arrows move in it, M takes a node up, Enter puts it down or opens it, Esc gives up. */
export function Tree(props: Props) {
  const { t } = useTranslation('company');
  const { shown, currentId, moving, onCurrent, onOpen } = props;
  const list = useRef<HTMLElement>(null);
  const wantsFocus = useRef(false);
  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    list.current?.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.focus();
  });

  function go(place: number) {
    const next = shown[Math.max(0, Math.min(place, shown.length - 1))];
    if (!next) return;
    wantsFocus.current = true;
    onCurrent(next.node.id);
  }

  function step(key: string, place: number): boolean {
    const one = shown[place];
    if (!one) return false;
    const { node, isExpanded, parentId } = one;
    switch (key) {
      case 'ArrowDown':
        go(place + 1);
        return true;
      case 'ArrowUp':
        go(place - 1);
        return true;
      case 'Home':
        go(0);
        return true;
      case 'End':
        go(shown.length - 1);
        return true;
      case 'ArrowRight':
        if (isExpanded === false) onOpen(node.id, true);
        else if (isExpanded && shown[place + 1]?.parentId === node.id) go(place + 1);
        return true;
      case 'ArrowLeft':
        if (isExpanded && place > 0) onOpen(node.id, false);
        else if (parentId) go(shown.findIndex((other) => other.node.id === parentId));
        return true;
      case 'm':
        if (!moving && props.isMovable(node)) props.onStart(node);
        return true;
      case 'Enter':
        if (moving) props.onPut(node);
        else props.onEnter(node);
        return true;
      case 'Escape':
        if (moving) props.onCancel();
        return moving !== null;
      default:
        return false;
    }
  }

  function listen(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = shown.findIndex((one) => one.node.id === currentId);
    if (step(event.key, place)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  return (
    <Paper variant="outlined" sx={{ overflowX: 'auto' }}>
      <Box
        ref={list}
        component="ul"
        role="tree"
        aria-label={t('tab.structure')}
        aria-describedby="tree-help"
        onKeyDown={listen}
        sx={{ m: 0, p: 1, listStyle: 'none' }}
      >
        {shown.map((one) => (
          <TreeRow
            key={one.node.id}
            shown={one}
            isCurrent={one.node.id === currentId}
            moving={moving}
            isMovable={props.isMovable(one.node)}
            onChosen={() => {
              onCurrent(one.node.id);
              if (moving) props.onPut(one.node);
            }}
            onToggle={() => onOpen(one.node.id, !one.isExpanded)}
            onStart={() => props.onStart(one.node)}
            onPut={() => props.onPut(one.node)}
            onCancel={props.onCancel}
          />
        ))}
      </Box>
    </Paper>
  );
}
