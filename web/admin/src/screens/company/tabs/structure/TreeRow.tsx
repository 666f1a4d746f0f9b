import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../../../components/icons';
import type { TreeNode } from './query';
import { nameOf } from './useMove';
import type { Shown } from './useTree';

interface Props {
  shown: Shown;
  isCurrent: boolean;
  moving: TreeNode | null;
  isMovable: boolean;
  onChosen: () => void;
  onToggle: () => void;
  onStart: () => void;
  onPut: () => void;
  onCancel: () => void;
}

const INDENT = 3;

/** A member or a team. */
export function TreeRow({ shown, isCurrent, moving, isMovable, ...on }: Props) {
  const { t } = useTranslation('company');
  const [isOver, setOver] = useState(false);
  const { node, level, place, siblingCount, isExpanded, hiddenCount } = shown;
  const isTarget = moving !== null && moving.id !== node.id;
  const detail = node.__typename === 'CompanyTeam' ? node.description : node.jobTitle;
  return (
    <>
      <Box
        component="li"
        role="treeitem"
        aria-level={level}
        aria-posinset={place}
        aria-setsize={siblingCount}
        aria-expanded={isExpanded ?? undefined}
        aria-selected={isCurrent}
        tabIndex={isCurrent ? 0 : -1}
        draggable={isMovable}
        onClick={on.onChosen}
        onDragStart={(event) => {
          event.dataTransfer.effectAllowed = 'move';
          event.dataTransfer.setData('text/plain', node.id);
          on.onStart();
        }}
        onDragEnd={() => {
          setOver(false);
          on.onCancel();
        }}
        onDragOver={(event) => {
          if (!isTarget) return;
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          on.onPut();
        }}
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 1,
          py: 0.5,
          pr: 1,
          pl: (level - 1) * INDENT,
          borderRadius: 1,
          cursor: isMovable && !moving ? 'grab' : 'pointer',
          opacity: moving?.id === node.id ? 0.6 : 1,
          bgcolor: isOver || isCurrent ? 'action.selected' : undefined,
          outline: isOver ? '2px dashed' : undefined,
        }}
      >
        <Box
          component="span"
          aria-hidden
          sx={{ display: 'inline-flex', width: 24, height: 24, alignItems: 'center', flexShrink: 0 }}
          onClick={(event) => {
            if (isExpanded === null || moving) return;
            event.stopPropagation();
            on.onToggle();
          }}
        >
          {isExpanded === null ? null : <Icon name={isExpanded ? 'down' : 'next'} />}
        </Box>
        <Icon name={node.__typename === 'CompanyTeam' ? 'group' : 'person'} />
        <Typography component="span" sx={{ overflowWrap: 'anywhere' }}>
          {nameOf(node)}
          {detail ? <Box component="span" sx={{ color: 'text.secondary' }}>{` · ${detail}`}</Box> : null}
          {node.__typename === 'CompanyMember' && !node.isActive ? ` · ${t('inactive')}` : ''}
        </Typography>
      </Box>
      {hiddenCount > 0 ? (
        <Typography component="li" role="none" color="textSecondary" sx={{ pl: level * INDENT }}>
          {t('moreNodes', { count: hiddenCount })}
        </Typography>
      ) : null}
    </>
  );
}
