// Drawn for this dashboard, 20 by 20, one stroke width.

interface IconProps {
  readonly path: string;
}

function Icon({ path }: IconProps) {
  return (
    <svg width="18" height="18" viewBox="0 0 20 20" fill="none" aria-hidden="true">
      <path
        d={path}
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

export const OverviewIcon = () => <Icon path="M3 11.500h4l2-6 3 9.500 2-3.500h3" />;

export const ExplorerIcon = () => (
  <Icon path="M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4Zm3.700 8.700L17 17M9 7.400v3.200M7.400 9h3.200" />
);

export const BudgetIcon = () => (
  <Icon path="M3 16.500h14M5 16v-4M10 16V8M15 16V4M3 6c3 0 4-2.500 7-2.500" />
);

export const SunIcon = () => (
  <Icon path="M10 6.800a3.200 3.200 0 1 0 0 6.400 3.200 3.200 0 0 0 0-6.400ZM10 2.500v1.300M10 16.200v1.300M2.500 10h1.300M16.200 10h1.300M4.700 4.700l.9.9M14.400 14.400l.9.9M4.700 15.300l.9-.9M14.400 5.600l.9-.9" />
);

export const MoonIcon = () => (
  <Icon path="M16.500 11.800A6.700 6.700 0 0 1 8.200 3.500a6.700 6.700 0 1 0 8.300 8.300Z" />
);

export const SystemIcon = () => <Icon path="M3 4.500h14v9H3zM7.500 16.500h5M10 13.500v3" />;

export const CloseIcon = () => <Icon path="m5.500 5.500 9 9m0-9-9 9" />;
