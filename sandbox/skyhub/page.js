// SkyHub on the page.
FACES.skyhub = {
  name: "SkyHub",
  status: {
    NEW: "Aguardando pagamento", OVERDUE: "Pagamento vencido", APPROVED: "Pago", INVOICED: "Faturado",
    SHIPPED: "Enviado", SHIPMENT_EXCEPTION: "Problema na entrega", DELIVERED: "Entregue", CANCELED: "Cancelado",
  },
  steps: ["NEW", "APPROVED", "INVOICED", "SHIPPED", "DELIVERED"],
  acts: {
    NEW: [["pay", "Pagar"], ["overdue", "Vencer"], ["cancel", "Cancelar"]], OVERDUE: [["pay", "Pagar"], ["cancel", "Cancelar"]],
    APPROVED: [["cancel", "Cancelar"]], INVOICED: [["cancel", "Cancelar"]], SHIPPED: [["cancel", "Cancelar"]],
  },
  paid: { status: "APPROVED" },
  special: ["Criar B2W Entrega", { status: "APPROVED", calculation_type: "b2wentregacorreios" }],
  queue: {
    title: "Fila de integração", empty: "Fila vazia: tudo foi confirmado.", waiting: "na fila", leased: "reservados",
    hint: "Reservado volta ao início da fila se não for confirmado a tempo.", until: "reservado · volta em",
  },
};
